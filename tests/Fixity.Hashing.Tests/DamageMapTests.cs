using Fixity.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Hashing.Tests;

public sealed class DamageMapTests
{
    private const int Group = HashGroups.GroupBytes;

    [Fact]
    public void Equal_digests_have_no_damage() =>
        Assert.Empty(DamageMap.Compare(Digests(1, 2, 3), Digests(1, 2, 3), 3 * Group));

    [Fact]
    public void A_file_without_digests_is_one_range() =>
        Assert.Equal([new ByteRange(0, 4096)], DamageMap.Compare([], [], 4096));

    [Fact]
    public void A_whole_group_is_still_a_file_without_digests() =>
        Assert.Equal([new ByteRange(0, Group)], DamageMap.Compare([], [], Group));

    [Fact]
    public void An_empty_file_has_nothing_to_damage() => Assert.Empty(DamageMap.Compare([], [], 0));

    [Fact]
    public void Neighbours_are_one_range_and_others_are_not() =>
        Assert.Equal(
            [new ByteRange(0, Group), new ByteRange(2 * Group, 2 * Group), new ByteRange(5L * Group, Group)],
            DamageMap.Compare(Digests(1, 2, 3, 4, 5, 6), Digests(9, 2, 9, 9, 5, 9), 6 * Group));

    [Fact]
    public void The_last_range_ends_with_the_file() =>
        Assert.Equal([new ByteRange(Group, 7)], DamageMap.Compare(Digests(1, 2), Digests(1, 3), Group + 7));

    // In bytes 2 and 3 of a digest: a comparison by bytes meets the difference in the middle of it.
    [Fact]
    public void A_difference_in_any_byte_of_a_digest_counts() =>
        Assert.Equal(
            [new ByteRange(0, 2 * Group)],
            DamageMap.Compare(Digests(1, 2, 3), Digests(0x01_0001, 0x0200_0002, 3), 3 * Group));

    [Theory]
    [InlineData(1, 2, 2L * Group)]
    [InlineData(2, 1, 2L * Group)]
    [InlineData(2, 2, Group)]
    [InlineData(0, 0, Group + 1L)]
    [InlineData(2, 2, (2L * Group) + 1)]
    public void Digests_of_another_size_are_refused(int recorded, int observed, long sizeBytes) =>
        Assert.Throws<ArgumentException>(() => DamageMap.Compare(
            new byte[recorded * HashGroups.DigestBytes], new byte[observed * HashGroups.DigestBytes], sizeBytes));

    [Fact]
    public void The_map_of_random_damage_is_the_groups_that_were_hit() =>
        Prop.ForAll(Gen.Choose(Group + 1, 12 * Group).Zip(Gen.ListOf(Gen.Choose(0, (12 * Group) - 1))).ToArbitrary(),
            sample =>
            {
                var (length, places) = (sample.Item1, sample.Item2.Where(at => at < sample.Item1).Distinct().ToList());
                var content = new byte[length];
                new Random(length).NextBytes(content);
                var recorded = DigestsOf(content);
                places.ForEach(at => content[at] ^= 0x10);
                var ranges = DamageMap.Compare(recorded, DigestsOf(content), length);

                var hit = places.Select(at => at / Group).ToHashSet();
                var mapped = ranges.SelectMany(range => Enumerable.Range(
                    (int)(range.Offset / Group), (int)((range.Length + Group - 1) / Group))).ToList();
                var apart = ranges.Zip(ranges.Skip(1), (left, right) => left.Offset + left.Length < right.Offset);
                return hit.SetEquals(mapped) && mapped.Count == hit.Count && apart.All(gap => gap)
                    && ranges.All(range => range.Offset + range.Length <= length);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static byte[] DigestsOf(byte[] content)
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3, withGroups: true);
        checksum.Append(content);
        checksum.Finish(new byte[32]);
        return checksum.GroupDigests.ToArray();
    }

    private static byte[] Digests(params uint[] groups) =>
        [.. groups.SelectMany(group => BitConverter.GetBytes(group))];
}
