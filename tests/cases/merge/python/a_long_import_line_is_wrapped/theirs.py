from package.module import (alpha_long_name, beta_long_name,
                            delta_long_name, omega_longer_name)
