import Kindling
import Testing
