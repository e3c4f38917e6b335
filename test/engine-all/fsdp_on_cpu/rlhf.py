"""The engine's rlhf.py with FSDP2 on processors.

torch's FSDP2 works there by gloo, but accelerate looks for it on accelerators alone: where its arguments ask for it and
several processes compute on processors, it is told so here. All else is the engine's own.
"""

import importlib.util
import os
import runpy

from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType

begin = AcceleratorState.__init__


def begin_with_fsdp(self, *args, fsdp_plugin=None, **more):
    begin(self, *args, fsdp_plugin=fsdp_plugin, **more)
    if fsdp_plugin is not None and self.distributed_type == DistributedType.MULTI_CPU:
        self.distributed_type = DistributedType.FSDP
        if self._mixed_precision != "no":
            fsdp_plugin.set_mixed_precision(self._mixed_precision)
        self.fsdp_plugin = fsdp_plugin
        PartialState._shared_state["distributed_type"] = self.distributed_type


AcceleratorState.__init__ = begin_with_fsdp
engine = os.path.dirname(importlib.util.find_spec("swift").origin)
runpy.run_path(os.path.join(engine, "cli", "rlhf.py"), run_name="__main__")
