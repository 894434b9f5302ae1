/** Creating real stacks on two busy cores takes minutes, in tests and in hooks. */
jest.setTimeout(10 * 60 * 1000);
