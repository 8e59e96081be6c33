"""What people see: pages. Each action calls one verb of `journey`; nothing here touches the records."""
