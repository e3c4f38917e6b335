/** GPUs that a firm has or rents, by the names and the memory (in MiB) that `nvidia-smi` gives of them: less than is written on the card. */
export const KNOWN_DEVICES = [
	{ name: 'Tesla T4', mib: 15_360 },
	{ name: 'NVIDIA A10', mib: 23_028 },
	{ name: 'NVIDIA L4', mib: 23_034 },
	{ name: 'NVIDIA GeForce RTX 4090', mib: 24_564 },
	{ name: 'NVIDIA GeForce RTX 5090', mib: 32_607 },
	{ name: 'NVIDIA A100-SXM4-40GB', mib: 40_960 },
	{ name: 'NVIDIA L40S', mib: 46_068 },
	{ name: 'NVIDIA A100-SXM4-80GB', mib: 81_920 },
	{ name: 'NVIDIA H100 80GB HBM3', mib: 81_559 },
	{ name: 'NVIDIA H200', mib: 143_771 }
] as const;
