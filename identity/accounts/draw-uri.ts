import { toString as draw } from 'qrcode';

/** As a picture an authenticator reads: SVG, black on white. */
export function drawUri(uri: string): Promise<string> {
  return draw(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
}
