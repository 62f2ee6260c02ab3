terraform {
  required_version = ">= 1.5"
}

variable "region" {
  type    = string
  default = "north"
}

resource "cloud_network" "main" {
  name = "main"
  size = 16

  rule {
    port = 22
  }

  tags = {
    team  = "core"
    stage = "test"
  }
}
