/** Path of the program for this machine. @throws when the package for it is not installed. */
export function forgePath(): string;
