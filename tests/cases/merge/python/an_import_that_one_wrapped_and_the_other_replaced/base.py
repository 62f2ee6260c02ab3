import sys
import chardet

print(sys)
