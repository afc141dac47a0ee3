"""The commands of `ajour-revenue`, a file each."""
