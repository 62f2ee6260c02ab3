from package.module import (alpha_long_name, beta_long_name,
                            delta_long_name, gamma_long_names)
