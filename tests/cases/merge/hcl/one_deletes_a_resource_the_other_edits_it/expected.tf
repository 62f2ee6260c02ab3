terraform {
  required_version = ">= 1.5"
}

<<<<<<< ours
=======
variable "region" {
  type    = string
  default = "south"
}
>>>>>>> theirs

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
