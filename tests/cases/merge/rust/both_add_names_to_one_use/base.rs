use crate::boxes::{lift, open};

fn a() {}
