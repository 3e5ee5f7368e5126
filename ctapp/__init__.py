"""An open Capacity Tracker: where a person can be cared for tonight."""
