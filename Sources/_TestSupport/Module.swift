import Kindling
