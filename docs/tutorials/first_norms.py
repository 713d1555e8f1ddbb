# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # From counts to a norm
#
# The counts that come with devnorms say, for ten studies in eight countries, how many
# children were asked a milestone at which age, and how many passed. We take two gross
# motor milestones from there to norms, and look at whose norms they are. (Open this
# file as a notebook: right click, *Open With*, *Notebook*.)

# %%
import devnorms as dn
from devnorms.report.tables import observed_shares

counts = dn.load_counts("milestones")
counts.head()

# %% [markdown]
# Who was sampled comes first. Read the column `who` before any number.

# %%
populations = dn.populations()
populations[["population", "country_name", "sampling", "who"]]

# %% [markdown]
# ## Fitting
#
# Items of both milestones are fitted together. `fit` raises `NotConverged` rather than
# giving draws that are not to be trusted.

# %%
wanted = ["sits_without_support", "walks_alone"]
motor = counts[counts["milestone"].isin(wanted)]
curves = dn.fit(motor, progress=True)
curves

# %% [markdown]
# ## Norms
#
# The ages at which 50 and 90 % pass, with equal-tailed 90 % intervals. `support` says
# whether children were asked at that age: an age *before* or *after* is not to be
# quoted.

# %%
norms = dn.pass_ages(curves, populations, shares=[0.5, 0.9])
norms.table[["population", "milestone", "share", "support", "statement"]]

# %% [markdown]
# The card travels with the numbers.

# %%
for heading, text in norms.card.items():
    print(f"{heading}: {text}\n")

# %% [markdown]
# ## Looking at the curves

# %%
shares = dn.shares_passing(curves, [age / 2 for age in range(6, 49)])
dn.plot.curves(shares, observed_shares(motor), milestone="walks_alone")

# %% [markdown]
# `devnorms run analyses/motor.toml` does all of this for every gross motor milestone,
# and keeps a record of how it was done.
