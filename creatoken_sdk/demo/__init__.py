"""Offline agents for the demo: they write copy, draw banners and check them against a brand guide.

Every agent is a pure function of its inputs and a seed. Import the module you need
(`copywriter`, `designer`, `checker`); numpy and Pillow load only with the last two.

CreatokenError
├── GuideError              a brief or brand guide cannot be used
├── ExamplesError           the brief and the brand guide are not on this machine
├── OutputError             the output folder cannot be written
├── TextDoesNotFitError     the words are too long for their box
└── MissingGlyphError       the face has no drawing for some characters
"""
