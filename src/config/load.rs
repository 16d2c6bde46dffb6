//! How the layers of settings are put together.
