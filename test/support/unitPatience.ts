/** Generous, for machines that are busy with something else. */
jest.setTimeout(30 * 1000);
