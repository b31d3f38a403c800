-- Tree cover: a mean over the territory, by third parties, and for EPCIs and employment zones from the means of their communes.
{{ land_means(ref('stg_copernicus_tree_cover__means'), 'tree_cover_share') }}
