// The relay: checks every update, puts the accepted ones in one order, keeps them and hands them on.
export {}
