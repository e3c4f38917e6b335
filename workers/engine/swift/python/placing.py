"""Where the weights of a model that is measured lie: on the GPU, or, of a model that one does not hold, there as far as it
goes and for the rest in the machine's memory, from where each layer comes when it is its turn."""

import gc

# Of a GPU's free memory the share that weights may take. The rest is for what a batch computes.
WEIGHTS_SHARE = 0.8


def weight_bytes(model):
    return sum(tensor.numel() * tensor.element_size() for tensor in (*model.parameters(), *model.buffers()))


def give_back(device):
    """Gives back what models that are done with took, before another is loaded. The hooks of a spread model refer to it in a
    ring, so that only the collector ends it; and what torch keeps of a GPU for later is no free memory to the driver."""
    gc.collect()
    if device != "cpu":
        import torch

        torch.cuda.empty_cache()


def place(model, device):
    """The model where it is to compute."""
    if device == "cpu":
        return model
    import torch

    room = int(WEIGHTS_SHARE * torch.cuda.mem_get_info()[0])
    weights = weight_bytes(model)
    return model.to(device) if weights <= room else spread(model, {0: room, "cpu": weights})


def spread(model, room, **rest):
    """The model with its layers where there is room, the first place filled before the next, computed on the first alone."""
    from accelerate import dispatch_model, infer_auto_device_map

    whole = list(getattr(model, "_no_split_modules", None) or [])
    places = infer_auto_device_map(model, max_memory=room, no_split_module_classes=whole)
    # With hooks also where nothing has room on the first: all of it then comes in turn.
    return dispatch_model(model, places, main_device=next(iter(room)), force_hooks=True, **rest)


def is_spread(model):
    """Whether some of a model's weights lie where they are not computed with."""
    return hasattr(model, "hf_device_map")
