"""The report by mail each morning: to each of its readers what they may see."""
