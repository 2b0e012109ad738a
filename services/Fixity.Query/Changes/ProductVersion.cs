namespace Fixity.Query.Changes;

/// <summary>Which Fixity says so, as a SIEM files it.</summary>
internal static class ProductVersion
{
    public static readonly string Text = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
