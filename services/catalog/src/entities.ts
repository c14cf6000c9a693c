import { BarcodeEntity, PriceEntity, ProductEntity, VariantEntity } from './product/product.entity.ts';
import { TaxComponentEntity, TaxGroupEntity } from './tax-group/tax-group.entity.ts';

export const entities = [ProductEntity, VariantEntity, BarcodeEntity, PriceEntity, TaxGroupEntity, TaxComponentEntity];
