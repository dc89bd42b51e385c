//! Firmware X-ray: what is made of archives and folders, whole and damaged, friendly and hostile.

mod shelf;
