"""--set and --set-string do what they do in Helm 3 and Helm 4."""

from __future__ import annotations

import pytest

from generator.errors import UsageError
from generator.validate.given import Given, merged, nothing, over_defaults
from generator.validate.inputs import Inputs, read_inputs
from generator.validate.set_option import SetError, apply_set
from generator.validate.values_file import ValuesFile
from tests.helm import HELMS, HelmError
from tests.unit.validate.real_helm import helm_values
from tests.unit.validate.test_values_file import as_helm_shows

FILE = """
old: {x: 1, items: [1, 2, {z: 3}]}
list: [{name: a, v: 1}, {name: b}]
nested: [[1, 2], [3]]
"""

# Keys of their own, so that one run of Helm shows them all.
SETS = [
    "a1=1,a2=two,a3=true,a4=False,a5=TRUE,a6=null,a7=NULL,a8=0,a9=00",
    "b1=007,b2=1.5,b3=1e3,b4=-5,b5=+5,b6=-0,b7=0x1F,b8=9223372036854775808,b9=1_000",
    "c1=,c2=x",
    "c3=",
    "d1={},d2={1},d3={1,two,true,null},d4={a\\,b,c},d5={ a , b }",
    "e1.f.g=1,e1.f.h=2",
    "e2\\.f.g=1,e3\\=x=1,e4\\[0\\]=1,e5\\\\=2",
    "f1=a\\,b,f2=a=b,f3=a.b,f4=a[0],f5={x=y}",
    "g1[0]=1,g1[2]=3,g2[0].a=1,g2[0].b=2,g2[1].a=3",
    "g3[0][0]=1,g3[0][1]=2,g3[1][0]=3",
    "g4[1].a=1,g4[0].a=2",
    "g5[0]={a,b}",
    "g6[0]=",
    "h1=a b,h2= x ,h3 =1",
    "h4=1,",
    "h5={1,2}h6=3",
    'h7="quoted"',
    "h8=ä,h9=日本",
    "old.x=5,old.items[0]=9,old.items[2].z=4,old.items[4]=x",
    "list[0].v=2,list[1].v=3,list[2].name=c",
    "nested[0][1]=9,nested[2][0]=x",
    "i1.a=1,i1.b=null",
    "=x",
    "",
    "j1[0",  # Helm 4 ignores it, Helm 3 refuses it: see below
]
SET_STRINGS = ["s1=1,s2=true,s3=null,s4={1,2},s5=007", "a2=3", "s6[0]=5,s7.x=1"]

REFUSED = [
    "a",
    "a.b",
    "a,b=1",
    "a={1,2",
    "a[x]=1",
    "a[-1]=1",
    "a[70000]=1",
    "a[0]b=1",
    "a.=1",
    "old.x.z=1",
    "old[0]=1",
    "old.items.z=1",
    "old.items[0].z.w[0].v",
    "null.x=1",
    ".".join("abcdefghijklmnopqrstuvwxyzABCDEFGH") + "=1",
]


def applied(text: str, *options: tuple[str, str]) -> Given:
    values = ValuesFile("v.yaml", text.encode()).values
    for option, argument in options:
        apply_set(values, option, argument)
    return values


@pytest.mark.parametrize("helm", HELMS)
def test_options_set_what_they_set_in_helm(helm: str) -> None:
    sets = [("--set", text) for text in SETS if text != "j1[0"]
    options = [*sets, *(("--set-string", text) for text in SET_STRINGS)]

    theirs = helm_values(
        helm, *(part for option in options for part in option), files={"v.yaml": FILE}
    )

    assert as_helm_shows(applied(FILE, *options).plain()) == as_helm_shows(theirs)


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("helm", HELMS)
def test_options_that_helm_refuses_are_refused(helm: str, text: str) -> None:
    file = FILE + "'null':\n"
    with pytest.raises(HelmError):
        helm_values(helm, "--set", text, files={"v.yaml": file})
    with pytest.raises(SetError) as caught:
        applied(file, ("--set", text))

    assert str(caught.value).startswith(f"--set {text}: ")


def test_an_index_that_is_cut_off_is_refused_as_in_helm_3() -> None:
    with pytest.raises(HelmError):
        helm_values("helm3", "--set", "a[0")
    assert helm_values("helm4", "--set", "a[0") == {}
    with pytest.raises(SetError, match=r"^--set a\[0: \[0 is no index such as \[0\]$"):
        applied("", ("--set", "a[0"))


def test_a_value_that_was_set_names_its_part_of_the_option() -> None:
    values = applied("a: {b: 1}\n", ("--set", "a.b=2,a.c={x,y}"), ("--set-string", "d[0].e=5"))

    def place(*path: str | int) -> str:
        return str(values.at(path)[0].place)

    assert place("a") == "v.yaml:1:4"
    assert place("a", "b") == "--set a.b=2"
    assert place("a", "c", 1) == "--set a.c={x,y}"
    assert place("d", 0, "e") == "--set-string d[0].e=5"


DEFAULTS = "a: {x: 1, m: {z: 1}, l: [1, 2]}\nb: 1\nc: {}\nopen: {k: v}\n"
FILES = {
    "one.yaml": "a: {x: 2, new: 1, l: [3]}\nb: ~\nnew: {k: ~}\nopen: {k: ~, m: ~}\n",
    "two.yaml": "a: {m: {w: 5}, x: ~}\nc: 5\n",
    "three.yaml": "a: {m: 7}\nc: {z: 1}\n",
}


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    "names",
    [(), ("one.yaml",), ("one.yaml", "two.yaml"), ("two.yaml", "one.yaml"), tuple(FILES)],
)
@pytest.mark.parametrize("sets", [(), ("a.x=9,a.m=null", "b=null,b=3")])
def test_files_and_options_come_over_the_defaults_as_in_helm(
    helm: str, names: tuple[str, ...], sets: tuple[str, ...]
) -> None:
    files = {name: FILES[name] for name in names}
    options = [("--set", text) for text in sets]
    theirs = helm_values(
        helm, *(part for o in options for part in o), files=files, defaults=DEFAULTS
    )
    given = nothing()
    for name in names:
        given = merged(given, ValuesFile(name, FILES[name].encode()).values)
    for option, text in options:
        apply_set(given, option, text)
    defaults = ValuesFile("values.yaml", DEFAULTS.encode()).values.plain()

    assert as_helm_shows(over_defaults(defaults, given, set())) == as_helm_shows(theirs)


def test_everything_that_can_not_be_read_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        read_inputs(Inputs(files=["/nowhere/a.yaml", "/nowhere/b.yaml"]))
    assert caught.value.lines == [
        "/nowhere/a.yaml: no such file or directory",
        "/nowhere/b.yaml: no such file or directory",
    ]
    with pytest.raises(UsageError) as caught:
        read_inputs(Inputs(sets=["a", "b=1", "c[x]=1"]))
    assert caught.value.lines == [
        "--set a: key 'a' has no value",
        "--set c[x]=1: [x is no index such as [0]",
    ]
