"""From equations to machine code at an address."""
