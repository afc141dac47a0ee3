"""What the user decides: the settings of one integration."""
