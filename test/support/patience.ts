/** Creating real stacks on two busy cores takes minutes, in tests and in hooks. `make test-all` creates more of them. */
jest.setTimeout((process.env.TEST_ALL ? 20 : 10) * 60 * 1000);
