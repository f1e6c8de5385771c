// What a file is, as a picture: by what the node found in its bytes.

import { File, FileArchive, FileImage, FileMusic, FilePlay, FileText, type IconNode } from 'lucide';

const KINDS: readonly [RegExp, IconNode][] = [
  [/^image\//, FileImage],
  [/^audio\//, FileMusic],
  [/^video\//, FilePlay],
  [/^text\/|pdf$/, FileText],
  [/zip$|zstd$/, FileArchive],
];

export const iconOf = (media: string): IconNode => KINDS.find(([kind]) => kind.test(media))?.[1] ?? File;
