"""What pages ask and how a posted form is read: built from declarations, checked by the engines, no query and no write."""
