/** A proof that does not hold, or cannot be made: one sentence, exit code 4. */
export class ProofError extends Error {}
