use crate::boxes::{lift, open, shut};

fn a() {}
