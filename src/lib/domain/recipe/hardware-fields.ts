import { choiceField, integer, numberField } from './field.ts';
import type { Device, Flags, FlagsFor, Settings } from './field.ts';

const megatron = ({ strategy }: Settings): boolean => strategy === 'megatron';
const several = ({ strategy }: Settings): boolean => strategy !== 'single';

/** Weights are loaded in fp32 on CPU and computed in bf16 there; without `use_cpu` the engine refuses bf16 on CPU. */
function precisionFlags(precision: string, { engine, device }: FlagsFor): Flags {
	const gpu = { bf16: 'bfloat16', fp16: 'float16', fp32: 'float32' }[precision] ?? 'bfloat16';
	const flags = { torch_dtype: device === 'cpu' ? 'float32' : gpu, fp16: precision === 'fp16', bf16: precision === 'bf16' };
	return engine === 'swift' ? { ...flags, use_cpu: device === 'cpu' ? true : null } : flags;
}

const recomputed = (choice: unknown, device: Device): boolean => choice === 'on' || (choice === 'auto' && device === 'gpu');

/** FSDP2 recomputes activations itself; the trainer's switch beside it would do so twice. */
function checkpointingFlags(choice: string, { engine, device, settings }: FlagsFor): Flags {
	if (engine === 'megatron') return choice === 'off' ? { recompute_granularity: 'none' } : { recompute_granularity: 'full', recompute_method: 'uniform', recompute_num_layers: 1 };
	return { gradient_checkpointing: recomputed(choice, device) && settings['strategy'] !== 'fsdp2' };
}

/**
 * FSDP2 as the engine's own preset `fsdp2` has it, but for how it saves: the preset leaves shards in torch's format and no
 * safetensors beside them, of which no checkpoint can be made. As JSON in the argument itself: no file has to lie anywhere.
 */
function fsdp2Settings(recomputes: boolean): string {
	const settings = { fsdp_version: 2, reshard_after_forward: true, auto_wrap_policy: 'TRANSFORMER_BASED_WRAP', cpu_ram_efficient_loading: true, state_dict_type: 'FULL_STATE_DICT', activation_checkpointing: recomputes };
	return JSON.stringify({ fsdp: 'full_shard auto_wrap', fsdp_config: settings });
}

function strategyFlags(strategy: string, { device, settings }: FlagsFor): Flags {
	if (strategy === 'fsdp2') return { fsdp: fsdp2Settings(recomputed(settings['gradientCheckpointing'], device)) };
	return strategy.startsWith('zero') ? { deepspeed: strategy } : {};
}

/** In which numbers, on how many devices, and how the model is spread over them. */
export const HARDWARE_FIELDS = {
	precision: choiceField(
		{ bf16: { en: 'bf16', zh: 'bf16' }, fp16: { en: 'fp16', zh: 'fp16' }, fp32: { en: 'fp32', zh: 'fp32' } },
		{
			label: { en: 'Precision', zh: '精度' },
			help: { en: 'Numbers it computes in: bf16 on today’s GPUs and on CPU, fp16 on GPUs before 2020, fp32 needs twice the memory.', zh: '计算所用的数值：新 GPU 和 CPU 用 bf16，2020 年前的 GPU 用 fp16，fp32 需要两倍内存。' },
			part: 'hardware', propose: () => 'bf16', flag: precisionFlags
		}
	),
	gradientCheckpointing: choiceField(
		{ auto: { en: 'on GPUs', zh: '在 GPU 上' }, on: { en: 'on', zh: '开' }, off: { en: 'off', zh: '关' } },
		{
			label: { en: 'Recompute activations', zh: '重算激活' },
			help: { en: 'Computes intermediate results twice instead of keeping them: far less memory, about a third more time.', zh: '中间结果重算而不保存：内存大幅减少，时间约多三分之一。' },
			part: 'hardware', propose: () => 'auto', flag: checkpointingFlags
		}
	),
	strategy: choiceField(
		{
			single: { en: 'one device', zh: '单设备' },
			ddp: { en: 'DDP, a copy on each', zh: 'DDP，每个设备一份' },
			fsdp2: { en: 'FSDP2, spread over all', zh: 'FSDP2，分布在所有设备' },
			zero2: { en: 'DeepSpeed ZeRO-2', zh: 'DeepSpeed ZeRO-2' },
			zero3: { en: 'DeepSpeed ZeRO-3', zh: 'DeepSpeed ZeRO-3' },
			zero3_offload: { en: 'DeepSpeed ZeRO-3, offloaded to memory', zh: 'DeepSpeed ZeRO-3，卸载到内存' },
			megatron: { en: 'Megatron', zh: 'Megatron' }
		},
		{
			label: { en: 'Devices work', zh: '设备协作' },
			help: { en: 'How several devices share the work: a whole copy on each is fastest; spreading the model is for one that does not fit.', zh: '多个设备如何分工：每个一份最快；放不下时才把模型分开。' },
			part: 'hardware', propose: () => 'single', flag: strategyFlags
		}
	),
	gpus: numberField(integer(1, 64), {
		label: { en: 'Devices on each machine', zh: '每台机器的设备数' },
		help: { en: 'Processes that train together on one machine, one for each GPU.', zh: '一台机器上共同训练的进程数，每个 GPU 一个。' },
		unit: 'devices', part: 'hardware', propose: () => 1, when: several, flag: () => ({})
	}),
	nodes: numberField(integer(1, 256), {
		label: { en: 'Machines', zh: '机器数' },
		help: { en: 'Machines that train together; each has as many devices.', zh: '共同训练的机器数，每台设备数相同。' },
		unit: 'machines', part: 'hardware', propose: () => 1, when: several, flag: () => ({})
	}),
	tensorParallel: numberField(integer(1, 64), {
		label: { en: 'Tensor parallel', zh: '张量并行' },
		help: { en: 'Devices that share each layer; they need a fast link between them.', zh: '共同计算每一层的设备数，需要高速互联。' },
		unit: 'devices', part: 'hardware', propose: () => 1, when: megatron, flag: (value, { engine }): Flags => (engine === 'megatron' ? { tensor_model_parallel_size: value } : {})
	}),
	pipelineParallel: numberField(integer(1, 64), {
		label: { en: 'Pipeline parallel', zh: '流水线并行' },
		help: { en: 'Groups of layers that sit on different devices, one after the other.', zh: '把各层分组放到先后不同的设备上。' },
		unit: 'devices', part: 'hardware', propose: () => 1, when: megatron, flag: (value, { engine }): Flags => (engine === 'megatron' ? { pipeline_model_parallel_size: value } : {})
	})
} as const;
