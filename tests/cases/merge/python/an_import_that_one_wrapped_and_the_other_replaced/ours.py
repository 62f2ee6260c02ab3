import sys
import other

print(sys)
