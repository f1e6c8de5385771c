#!/bin/sh
# A worker's program for the tests of A2A: puts out its task line by line, or stands still until it is ended.
read -r line
echo "asked: $line"
case $line in
*'stand still'*) exec tail -f /dev/null ;;
esac
