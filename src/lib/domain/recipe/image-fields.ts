import { integer, optionalField, switchField } from './field.ts';

/** What a base that reads images does with those of the rows. A base that reads text alone takes no notice. */
export const IMAGE_FIELDS = {
	maxPixels: optionalField(integer(784, 16_777_216), {
		label: { en: 'Largest image', zh: '图片上限' },
		help: { en: 'Larger images are made smaller before the model sees them; each costs tokens by its area, about one for 784 pixels with Qwen-VL. Empty: the model’s own limit.', zh: '更大的图片会先缩小再给模型；每张图片按面积占用 token，Qwen-VL 约每 784 像素一个。留空则用模型自身的上限。' },
		unit: 'pixels', part: 'more', propose: () => null, flag: 'max_pixels'
	}),
	freezeVit: switchField({
		label: { en: 'Leave the image encoder as it is', zh: '不训练图像编码器' },
		help: { en: 'Judgments of words teach how to answer, not how to see; a few hundred pairs would rather spoil the encoder.', zh: '对文字的判断教的是如何回答，而不是如何看图；几百对数据更可能损坏编码器。' },
		part: 'more', propose: () => true, flag: 'freeze_vit'
	}),
	freezeAligner: switchField({
		label: { en: 'Leave what joins images to words as it is', zh: '不训练图文连接层' },
		help: { en: 'The layers between image encoder and language model. Train them when answers miss what images plainly show.', zh: '图像编码器与语言模型之间的层。当回答漏掉图片中明显内容时才训练它。' },
		part: 'more', propose: () => true, flag: 'freeze_aligner'
	})
} as const;
