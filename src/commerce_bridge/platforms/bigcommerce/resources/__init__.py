"""The resources of a store, one module each; a module is loaded when its resource is first used."""
