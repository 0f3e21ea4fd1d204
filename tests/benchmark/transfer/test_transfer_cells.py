"""Sets of series are read as they are, time scales are those of the set, and each way to features is one row."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.running.job import CellOutcome, Job
from benchmark.transfer.archive import archive_folders, list_sets, read_set
from benchmark.transfer.run import TIME_LIMIT, run_transfer
from benchmark.transfer.surrogates import noise_series, training_windows
from benchmark.transfer.time_scale import main_period
from benchmark.transfer.verdict import accuracies, gains, number_curve, transfer_text, verdict
from dysts.errors import InvalidArgumentError, StorageError, UnknownNameError

PUBLISHED = Path(__file__).parents[3] / "docs" / "data" / "published_transfer.csv"


def waves(count: int, *, seed: int) -> tuple[np.ndarray, list[str]]:
    """Noisy sines of two shapes at one time scale."""
    generator = np.random.default_rng(seed)
    labels = ["round" if number % 2 else "sharp" for number in range(count)]
    angle = 2 * np.pi * np.arange(120) / 24.0
    rows = [
        np.sin(angle + generator.uniform(0, 6.28))
        if label == "round"
        else np.sign(np.sin(angle + generator.uniform(0, 6.28)))
        for label in labels
    ]
    return np.array(rows) + 0.1 * generator.standard_normal((count, 120)), labels


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One set in each of two formats."""
    for name, ending in (("Waves", ".tsv"), ("Others", ".ts")):
        (tmp_path / name).mkdir()
        for split, seed in (("TRAIN", 0), ("TEST", 1)):
            values, labels = waves(16, seed=seed)
            texts = [[f"{value:.6f}" for value in row] for row in values]
            if ending == ".tsv":
                lines = ["\t".join([label, *row]) for label, row in zip(labels, texts, strict=True)]
            else:
                lines = ["@data", *(f"{','.join(row)}:{label}" for label, row in zip(labels, texts, strict=True))]
            (tmp_path / name / f"{name}_{split}{ending}").write_text("\n".join(lines) + "\n")
    return tmp_path


class Answers:
    """A scheduler that answers every job with an accuracy of its way, and fails what it is told to."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def prepare(self, forecasters: object) -> None:
        """Need nothing."""

    @staticmethod
    def loss(job: Job) -> float:
        """Fewer systems are worse."""
        return 0.1 / int(str(job.config["systems"])) if "systems" in job.config else 0.0

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        right = {"raw": 0.7, "matched": 0.8, "random": 0.75}
        for job in jobs:
            self.jobs.append(job)
            if job.preset == "random" and job.seed == 1:
                yield CellOutcome(key=job.key, status="failed", error="no torch")
            else:
                yield CellOutcome(key=job.key, status="ok", forecast=np.array([[right[job.preset] - self.loss(job)]]))


def test_both_formats_give_the_same_standardised_series(archive: Path) -> None:
    known = list_sets(archive_folders(archive))
    one, two = read_set(known["Waves"]), read_set(known["Others"])
    np.testing.assert_array_equal(one.train, two.train)
    assert one.test_labels.tolist() == two.test_labels.tolist()
    assert one.train.std(axis=1) == pytest.approx(np.ones(16))
    assert one.train.mean(axis=1) == pytest.approx(np.zeros(16), abs=1e-12)


def test_the_time_scale_is_that_of_the_strongest_line_and_noise_has_none() -> None:
    assert main_period(waves(16, seed=0)[0]) == 48
    with pytest.raises(InvalidArgumentError, match="must have a time scale, got"):
        main_period(np.random.default_rng(0).standard_normal((30, 200)))


def test_windows_are_pieces_of_the_series() -> None:
    series = noise_series(5, seed=0)
    windows = training_windows(series, seed=0, count=50)
    assert windows.shape == (50, 100)
    whole = np.lib.stride_tricks.sliding_window_view(series, 100, axis=1).reshape(-1, 100)
    assert all((whole == window).all(axis=1).any() for window in windows[:5])


def test_an_encoder_learns_and_is_the_same_after_its_file(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from benchmark.transfer.autoencoder import build_autoencoder, encode, read_encoder, train_autoencoder, write_encoder

    encoder, decoder = build_autoencoder(0)
    windows = np.sin(np.arange(100) / 7.0 + np.random.default_rng(0).uniform(0, 6, (256, 1)))
    untrained = train_autoencoder(encoder, decoder, windows, epochs=1, seed=0)
    assert train_autoencoder(encoder, decoder, windows, epochs=15, seed=0) < 0.5 * untrained
    write_encoder(tmp_path / "encoder.npz", encoder, {"way": "matched", "scale": 48})
    again, recipe = read_encoder(tmp_path / "encoder.npz")
    assert recipe == {"way": "matched", "scale": 48}
    np.testing.assert_array_equal(encode(again, windows), encode(encoder, windows))
    # The code at a time knows nothing of later points.
    changed = windows.copy()
    changed[:, 60:] += 1.0
    np.testing.assert_array_equal(encode(encoder, changed)[:, :, :19], encode(encoder, windows)[:, :, :19])
    whole = (tmp_path / "encoder.npz").read_bytes()
    np.savez(tmp_path / "other.npz", recipe=np.array("{}"), values=np.zeros(3))
    np.savez(tmp_path / "words.npz", recipe=np.array("[]"), **{"1.weight": np.array(["a", "b"])})
    (tmp_path / "array.npz").write_bytes(b"")
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    broken = {"no zip": b"no zip", "empty": b"", "cut": whole[: len(whole) // 2], "none": None}
    broken["changed"] = whole[:200] + bytes(100) + whole[300:]
    for name, content in broken.items():
        if content is not None:
            (tmp_path / f"{name}.npz").write_bytes(content)
    for name in ("other", "words", "array", *broken):
        with pytest.raises(StorageError, match="holds no encoder"):
            read_encoder(tmp_path / f"{name}.npz")


def test_a_cell_separates_two_shapes(archive: Path) -> None:
    pytest.importorskip("pycatch22")
    pytest.importorskip("torch")
    from benchmark.transfer.cell import TransferCell

    for way in ("raw", "noise"):
        cell = TransferCell(folder=archive / "Waves", way=way, seed=0, epochs=1, systems=3, store=archive / "encoders")
        assert cell.fit(np.zeros((1, 1))).predict(1)[0, 0] >= 0.9
    assert [path.name for path in (archive / "encoders").iterdir()] == ["noise-1-epochs-seed-0.npz"]


def test_cells_share_encoders_by_their_recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from benchmark.transfer import encoders
    from benchmark.transfer.autoencoder import encode, read_encoder

    made: list[tuple[int | None, int | None, int]] = []

    def series(*, scale: int | None, systems: int | None = None, seed: int) -> np.ndarray:
        made.append((scale, systems, seed))
        return noise_series(4, seed=seed)

    monkeypatch.setattr(encoders, "surrogate_series", series)
    monkeypatch.setattr(encoders, "list_systems", lambda **_: ["A"] * 4)
    recipe = {"scale": 30, "epochs": 1, "systems": 4, "store": tmp_path}
    first = encoders.trained_encoder("matched", seed=0, **recipe)
    again = encoders.trained_encoder("matched", seed=0, **recipe)
    windows = training_windows(noise_series(2, seed=0), seed=0, count=3)
    np.testing.assert_array_equal(encode(again, windows), encode(first, windows))
    other = encoders.trained_encoder("matched", seed=1, **recipe)
    assert not np.array_equal(encode(other, windows), encode(first, windows))
    # The series of all systems at a scale do not depend on the seed, those of some of them do.
    assert made == [(30, None, 0)]
    for seed in (0, 1):
        encoders.trained_encoder("matched", seed=seed, **recipe | {"systems": 2})
        encoders.trained_encoder("random", seed=seed, **recipe | {"scale": None})
    assert made[1:] == [(30, 2, 0), (None, None, 0), (30, 2, 1), (None, None, 1)]
    path = tmp_path / "scale-30-4-systems-1-epochs-seed-0.npz"
    assert path.stat().st_size < 10_000
    assert read_encoder(path)[1]["way"] == "matched"
    # A file under this name with another recipe is not taken for it.
    (tmp_path / "scale-30-4-systems-1-epochs-seed-1.npz").write_bytes(path.read_bytes())
    repaired = encoders.trained_encoder("matched", seed=1, **recipe)
    np.testing.assert_array_equal(encode(repaired, windows), encode(other, windows))


def test_sets_of_one_name_in_two_archives_are_two_cells(archive: Path) -> None:
    scheduler = Answers()
    run = {"sets": ["Waves"], "ways": ("raw",), "seeds": 1, "scheduler": scheduler}
    run_transfer(archive / "out", archive=archive, **run)
    other = archive / "other" / "Waves"
    other.mkdir(parents=True)
    for split in ("TRAIN", "TEST"):
        text = (archive / "Waves" / f"Waves_{split}.tsv").read_text()
        (other / f"Waves_{split}.tsv").write_text(text.replace("sharp", "edged"))
    run_transfer(archive / "out", archive=archive / "other", **run)
    run_transfer(archive / "out", archive=archive, **run)
    assert len(scheduler.jobs) == 2


def test_a_run_goes_on_and_compares_in_pairs(archive: Path) -> None:
    first = Answers()
    run = {"archive": archive, "ways": ("raw", "random", "matched"), "seeds": 2}
    table = run_transfer(archive / "out", scheduler=first, **run)
    # The raw features depend on no seed.
    assert len(table) == len(first.jobs) == 2 * (1 + 2 + 2)
    assert table["status"].value_counts().to_dict() == {"ok": 8, "failed": 2}
    second = Answers()
    run_transfer(archive / "out", scheduler=second, **run)
    assert second.jobs == []
    run_transfer(archive / "out", scheduler=second, retry_failed=True, **run)
    assert [job.preset for job in second.jobs] == ["random", "random"]
    text = transfer_text(table)
    assert "matched - raw: +0.099, better on 2 of 2 sets, 0 equal" in text


def test_the_curve_over_numbers_of_systems(archive: Path) -> None:
    scheduler = Answers()
    table = run_transfer(
        archive / "out",
        archive=archive,
        sets=["Waves"],
        ways=("raw", "matched"),
        seeds=2,
        surrogates=[5, 20],
        scheduler=scheduler,
    )
    # Features that learn from no system have no curve.
    assert len(scheduler.jobs) == 1 + 2 * 2
    curve = number_curve(table)["Waves"]
    assert curve.to_dict() == pytest.approx({5: 0.78, 20: 0.795})
    assert accuracies(table).loc["Waves"].to_dict() == pytest.approx({"raw": 0.7, "matched": 0.795})
    assert "by the number of systems" in transfer_text(table)
    with pytest.raises(InvalidArgumentError, match="surrogates must be"):
        run_transfer(archive / "out", archive=archive, surrogates=[1000], scheduler=scheduler)


def test_the_published_accuracies_show_a_gain() -> None:
    published = pd.read_csv(PUBLISHED).rename(columns={"tsfresh": "raw"}).set_index("set")
    found = {each.way: each for each in gains(published[["raw", "random", "matched"]])}
    assert (found["raw"].sets, found["raw"].wins, found["raw"].ties) == (90, 66, 8)
    assert found["raw"].p == pytest.approx(3e-7, rel=0.2)
    assert (found["random"].wins, found["random"].ties) == (72, 5)
    assert verdict(list(found.values())).startswith("Matched time scales are better than raw (+0.039")


def test_bad_sets_are_one_sentence(tmp_path: Path, archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = archive / "Waves"
    train = folder / "Waves_TRAIN.tsv"
    lines = train.read_text().splitlines()
    for text, reason in (
        ("\n".join(["one" + line[line.index("\t") :] for line in lines]), "two classes or more, got 1"),
        ("\n".join([lines[0] + "\t1.0", *lines[1:]]), "must have one length, got 120 to 121 points"),
        ("", "must hold series, got none"),
        ("\n".join([lines[0].replace(lines[0].split("\t")[3], "NaN"), *lines[1:]]), "must have no gaps, got 1 value"),
        ("\n".join([lines[0].replace(lines[0].split("\t")[3], "?"), *lines[1:]]), "numbers and no gaps"),
        ("\n".join("\t".join(line.split("\t")[:10]) for line in lines), "must have 24 points"),
    ):
        train.write_text(text)
        with pytest.raises(InvalidArgumentError, match=reason):
            read_set(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StorageError, match="is no archive"):
        archive_folders(tmp_path / "empty")
    (tmp_path / "half" / "Waves").mkdir(parents=True)
    (tmp_path / "half" / "Waves" / "Waves_TRAIN.tsv").write_text(lines[0])
    with pytest.raises(StorageError, match="is no archive"):
        run_transfer(tmp_path / "o", archive=tmp_path / "half", scheduler=Answers())
    with pytest.raises(UnknownNameError):
        run_transfer(tmp_path / "o", archive=archive, sets=["Wavs"], scheduler=Answers())
    assert main(["run", "transfer", "--systems", "Lorenz"]) == 2
    assert "--systems must be left out with the run transfer" in capsys.readouterr().err
    assert main(["run", "transfer", "--samplings", "random"]) == 2
    assert "--samplings must be left out with the run transfer" in capsys.readouterr().err
    assert main(["run", "transfer", "--surrogates", "few"]) == 2
    assert "--surrogates must be whole numbers, got 'few'" in capsys.readouterr().err
    assert main(["run", "quick", "--epochs", "0"]) == 2
    assert "--epochs must be left out with the run quick" in capsys.readouterr().err
    assert main(["run", "quick", "--sets", "Waves"]) == 2
    assert "--sets must be left out with the run quick" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "limit"), [([], TIME_LIMIT), (["--time-limit", "60"], 60.0)])
def test_the_command_hands_a_time_limit_on(
    given: list[str], limit: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def watched(*_: object, **keywords: object) -> object:
        asked.update(keywords)
        raise InvalidArgumentError("enough was seen")

    monkeypatch.setattr("benchmark.transfer.run.run_transfer", watched)
    assert main(["run", "transfer", "-o", str(tmp_path / "out"), *given]) != 0
    assert asked["time_limit"] == limit
