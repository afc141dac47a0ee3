"""Put on the path of every process that the tests start: Python imports sitecustomize by itself."""
