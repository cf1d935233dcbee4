"""Offline agents for the demo: they write copy, draw banners and check them against a brand guide.

Every agent is a pure function of its inputs and a seed. Import the module you need
(`copywriter`, `designer`, `checker`); numpy and Pillow load only with the last two.
"""
