"""torch.optim.Optimizer for the parameters of any framework.

https://docs.pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.backends import backend, backend_name
from bridge.backends._protocol import required
from bridge.errors import UnsupportedError
from bridge.optim import _groups, _state_dict
from bridge.optim._clip import clip_groups
from bridge.optim._hooks import (
    Hooked,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
    with_hooks,
)
from bridge.optim._stepping import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.backends._protocol import Backend, Group, Kernel, State, Tensor

__all__ = [
    "Optimizer",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "required",
]


class Optimizer(Hooked):
    """Base of the optimizers: torch's surface over the formula or kernel of any framework.

    A subclass gives either a `formula`, or a `step` of its own as with torch. On torch parameters
    an instance becomes one of torch's own class too, and torch does the work.
    """

    algorithm: ClassVar[str] = ""
    """The formula's name, under which the backends keep a kernel; empty where there is none."""

    takes_complex: ClassVar[bool] = False
    """Whether the formula holds for complex parameters too."""

    is_elementwise: ClassVar[bool] = False
    """Whether the formula treats each element of a vector by itself, so that it may join them."""

    starts_empty: ClassVar[bool] = True
    """Whether a parameter has no state before its first step: `init_state` need not be asked."""

    later_options: ClassVar[Mapping[str, object]] = {}
    """Options that torch gained over time: what they were before, for a state without them."""

    other_options: ClassVar[frozenset[str]] = frozenset()
    """Options of OneFlow's that a group may have and `defaults` need not."""

    has_master_weights: bool = False
    """Whether float16 and bfloat16 parameters are stepped through copies in float32."""

    defaults: dict[str, Any]
    param_groups: list[Group]
    state: defaultdict[Tensor, State]

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        groups = _groups.collect(params)
        if _groups.backend_of_groups(groups).adopt(self, groups, defaults):
            return
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        self._hooks = defaultdict(OrderedDict)
        for group in groups:
            self.add_param_group(group)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.starts_empty = cls.init_state is Optimizer.init_state
        if "formula" in cls.__dict__ and "algorithm" not in cls.__dict__:
            cls.algorithm = ""  # the base class's kernel does not know the new formula
        if "formula" in cls.__dict__ and "is_elementwise" not in cls.__dict__:
            cls.is_elementwise = False  # nor is what held for the old one known of it

    @staticmethod
    def formula(xp: Backend, param: Tensor, grad: Tensor, state: State, group: Group) -> None:
        """Update one parameter and its state in place."""
        raise NotImplementedError

    @staticmethod
    def init_state(xp: Backend, param: Tensor, group: Group) -> State:
        """Return the state of a parameter before its first step."""
        del xp, param, group
        return {}

    @staticmethod
    def keeps_state(group: Group) -> bool:
        """Tell whether the formula keeps anything of a parameter from step to step."""
        del group
        return True

    def add_param_group(self, param_group: Group) -> None:
        """Add a group, as for layers that are unfrozen during training."""
        group = _groups.complete(param_group, self.defaults, self.param_groups)
        self._check_options(group)
        self.param_groups.append(group)

    def use_master_weights(self) -> None:
        """Step float16 and bfloat16 parameters through copies in float32, which the state keeps.

        For parameters of Paddle and OneFlow. What you write into a parameter goes on to its copy.
        """
        if self._backend.name == "torch":
            raise UnsupportedError(
                "use_master_weights is for Paddle and OneFlow, on torch the step is torch's own.\n"
                "Hint: keep the parameters in float32 and compute under torch.autocast."
            )
        self.has_master_weights = True

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters, or fill them with zeros."""
        xp = self._backend
        for group in self.param_groups:
            for param in group["params"]:
                xp.clear_grad(param, set_to_none=set_to_none)

    def clip_grad(self, error_if_nonfinite: bool = False) -> None:
        """Clip the gradients of each group by its `clip_grad_max_norm` and `clip_grad_norm_type`.

        This is OneFlow's way; groups without the two options are left alone.
        """
        clip_groups(self.param_groups, error_if_nonfinite=error_if_nonfinite)

    @with_hooks
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; return what `closure` returns, if given."""
        loss = None
        if closure is not None:
            with self._backend.enable_grad():
                loss = closure()
        self._advance()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """Return groups and state in torch's format; the tensors in it stay the live ones."""
        self._call("before_save")
        return self._changed("after_save", self._packed())

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` of this or another framework's optimizer, or torch's, returned."""
        state_dict = self._changed("before_load", state_dict.copy())
        state, groups = _state_dict.unpack(
            self._backend, self.algorithm, state_dict, self.param_groups
        )
        self.__setstate__({"state": state, "param_groups": groups})
        self._call("after_load")

    def _advance(self, kernels: Mapping[str, Kernel] | None = None) -> None:
        if type(self).formula is Optimizer.formula:
            raise NotImplementedError
        xp = self._backend
        advance(self, xp, xp.kernels if kernels is None else kernels)

    @property
    def _backend(self) -> Backend:
        first = next(param for group in self.param_groups for param in group["params"])
        return backend(str(backend_name(first)))

    @property
    def _parameter_list(self) -> list[Tensor]:
        """All parameters, by the name under which `paddle.amp.GradScaler` asks for them."""
        return [param for group in self.param_groups for param in group["params"]]

    def _check_options(self, group: Mapping[str, Any]) -> None:
        _groups.check_options(self, group)

    def _packed(self) -> dict[str, Any]:
        return _state_dict.pack(self._backend, self.algorithm, self.param_groups, self.state)

    def _localized(self, state_dict: dict[str, Any]) -> dict[str, Any]:
        return _state_dict.localize(self._backend, self.algorithm, state_dict, self.param_groups)

    def __getstate__(self) -> dict[str, Any]:
        names = ("defaults", "state", "param_groups", "has_master_weights")
        return {name: self.__dict__[name] for name in names if name in self.__dict__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_hooks" not in self.__dict__:
            self._hooks = defaultdict(OrderedDict)
        for group in self.param_groups:
            for name, value in self.later_options.items():
                group.setdefault(name, value)

    def __repr__(self) -> str:
        groups = [
            "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            for group in self.param_groups
        ]
        parts = [f"\nParameter Group {index}\n{group}" for index, group in enumerate(groups)]
        return f"{type(self).__name__} ({''.join(parts)})"
