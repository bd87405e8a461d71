import { type Browser, chromium } from 'playwright-core';

/** Headless; its sandbox needs a user who is not root. */
export function openChromium(executablePath: string): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
