namespace EmailAuth.Guides.Tests;

/// <summary>No block slips by the tests.</summary>
public class PageTests
{
    private static readonly string[] Checked = ["csharp", "sh", "json", "zone", "unbound", "text"];

    [Test]
    public void Every_block_says_what_it_is_and_is_of_a_kind_that_a_test_reads()
    {
        var others = Page.All.SelectMany(static page => page.Blocks).Where(static block => !Checked.Contains(block.Language));
        Assert.That(others.Select(static block => $"{block} is \"{block.Language}\""), Is.Empty);
    }

    [Test]
    public void There_are_pages_and_blocks()
    {
        Assert.That(Page.All, Has.Count.GreaterThan(15));
        Assert.That(Page.All.SelectMany(static page => page.Blocks).Count(static block => block.Language == "csharp"), Is.GreaterThan(25));
    }
}
