"""The words of the field, each with one meaning. Every enum here has an entry in GLOSSARY.md."""
