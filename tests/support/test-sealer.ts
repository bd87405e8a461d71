import { createSealer } from '../../runtime/sealer.ts';

/** What a context of a test seals with, where it says the API is, and that the dialects may be named. */
export const testSealing = {
  sealer: createSealer([{ name: 'test', secret: 'the sealing secret of a test' }]),
  publicUrl: 'https://redcore.example',
  allowsLocalProviders: true,
};
