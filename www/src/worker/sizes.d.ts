/** Bytes of each file of the engine and of the pretrained models, unpacked; vite.config.js fills it in. */
declare const FILE_SIZES: Readonly<Record<string, number>>;
