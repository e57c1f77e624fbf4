// The entry points /react and /vue hold types alone; this is what runs when one of them is imported.
export {};
