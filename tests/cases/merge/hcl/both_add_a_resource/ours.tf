terraform {
  required_version = ">= 1.5"
}

variable "region" {
  type    = string
  default = "north"
}

resource "cloud_network" "main" {
  name = "main"
  size = 24

  rule {
    port = 22
  }

  tags = {
    team  = "core"
    stage = "test"
  }
}

resource "cloud_disk" "main" {
  size = 10
}
