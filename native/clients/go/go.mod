module tickbus.io/tickbus

go 1.19
