"""The callback in a real trainer of transformers, with a model of random weights."""

from __future__ import annotations

import sys

TRAINING = """
    import sys
    import torch
    from exprec.transformers import ExprecCallback
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    class Data(torch.utils.data.Dataset):
        def __len__(self):
            return 24
        def __getitem__(self, i):
            if FAILS and i == 23:
                raise ValueError("bad text")
            return {"input_ids": torch.tensor([i, 1, 2, 3]), "labels": torch.tensor(i % 2)}

    config = BertConfig(vocab_size=32, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, max_position_embeddings=8)
    arguments = TrainingArguments(sys.argv[1], num_train_epochs=2, per_device_train_batch_size=4, learning_rate=0.001, logging_steps=1,
                                  eval_strategy="epoch", save_strategy="no", report_to="none", use_cpu=True, disable_tqdm=True)
    trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=Data(), eval_dataset=Data(),
                      callbacks=[ExprecCallback(title="bert")])
    trainer.train()
"""


def test_train(project, recorded, tmp_path) -> None:
    done = project.run(TRAINING.replace("FAILS", "False"), str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["warnings"]) == ("succeeded", "bert", [])
    assert run["params"]["learning_rate"] == 0.001 and run["params"]["num_train_epochs"] == 2
    assert not [name for name in run["params"] if name.endswith("_token")]
    assert (run["params"]["model"]["model_type"], run["params"]["model"]["hidden_size"]) == ("bert", 8)
    points = run.scalars("loss", "eval_loss", "learning_rate", "train_loss")
    assert points["loss"]["step"] == points["learning_rate"]["step"] == list(range(1, 13))
    assert points["eval_loss"]["step"] == [6, 12] and points["train_loss"]["step"] == [12]
    assert 0 < points["learning_rate"]["value"][-1] < points["learning_rate"]["value"][0] == 0.001


def test_a_training_that_fails(project, recorded, tmp_path) -> None:
    done = project.run(TRAINING.replace("FAILS", "True"), str(tmp_path / "out"))
    assert done.returncode == 1 and "bad text" in done.stderr
    run = recorded()
    assert (run["status"], run["failure"]["message"]) == ("failed", "bad text")


def test_torchrun_makes_one_run(project, recorded, tmp_path) -> None:
    before = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "--no-python")
    code = TRAINING.replace("FAILS", "False").replace("use_cpu=True", 'use_cpu=True, ddp_backend="gloo"')
    done = project.run(code, str(tmp_path / "out"), before=before)
    assert done.returncode == 0, done.stderr
    run = recorded()
    assert (run["status"], run["title"], run["warnings"]) == ("succeeded", "bert", [])
    assert run.scalars("loss")["loss"]["step"] == list(range(1, 7))
