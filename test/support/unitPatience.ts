/** A long timeout for busy machines. */
jest.setTimeout(30 * 1000);
