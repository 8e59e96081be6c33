"""SOC Pathways: carries a woman's way through a support programme and turns it into evidence."""

__version__ = "0.2.0"
