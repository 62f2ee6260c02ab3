use crate::boxes::{lift, look, open};

fn a() {}
