/** Result of a method handler that leaves the answer to the node. */
export const PASS = Symbol('the node answers itself');
